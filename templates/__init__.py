"""Pages, components, catalogues and static files: what people read and see."""
