"""What every page is made of: base templates, components, tokens. Knows nothing of cases."""
