"""The bundled questionnaires, one file a group; a campaign may name a folder of its own instead."""

from pathlib import Path

FOLDER = Path(__file__).parent
