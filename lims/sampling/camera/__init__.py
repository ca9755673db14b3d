"""Codes read from pictures of a device's camera, where the device has no reader of its own."""
