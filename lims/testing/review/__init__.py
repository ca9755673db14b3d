"""A second person looks, releases or sends back."""
