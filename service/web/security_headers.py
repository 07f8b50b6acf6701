"""What every answer tells the browser to refuse."""

from service.settings import Settings

__all__ = ["security_headers"]

_FEATURES = (
    "accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "usb", "xr-spatial-tracking",
)  # fmt: skip


def security_headers(settings: Settings, *, object_origin: str | None) -> tuple[tuple[bytes, bytes], ...]:
    """Make the headers of every answer. Only the object store's origin may be reached beside our own."""
    beside = f" {object_origin}" if object_origin else ""
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            f"img-src 'self'{beside}",
            f"media-src 'self'{beside}",
            f"connect-src 'self'{beside}",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "permissions-policy": ", ".join(f"{name}=()" for name in _FEATURES),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    if settings.is_https:
        headers["strict-transport-security"] = "max-age=31536000"
    return tuple((name.encode(), value.encode()) for name, value in headers.items())
