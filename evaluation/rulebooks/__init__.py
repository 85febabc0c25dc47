"""The bundled rulebooks, one .yaml file each, named as commands name them; docs/rulebooks.md says what such a file may hold."""
