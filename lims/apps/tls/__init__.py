"""HTTPS without a certificate from elsewhere: phones open their camera and keep a page offline only there."""
