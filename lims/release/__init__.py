"""The one seam where a signed-off call meets a person."""
