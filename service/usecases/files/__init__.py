"""Files on their way in, inspected, accepted, handed out for minutes, and swept when nobody wants them."""
