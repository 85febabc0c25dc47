"""The one function that turns a chart into a PNG, so that another rasteriser can take resvg's place."""

from evaluation.fonts import font_path


def png_from_svg(svg: str, width: int = 1600) -> bytes:
    """The picture of an SVG, `width` pixels wide on white, with the bundled font and no other."""
    from resvg_py import svg_to_bytes

    return bytes(
        svg_to_bytes(
            svg_string=svg,
            width=width,
            background="#ffffff",
            skip_system_fonts=True,
            font_files=[str(font_path())],
            sans_serif_family="Noto Sans SC",
        )
    )
