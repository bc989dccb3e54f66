"""What shows everything: home, case page, search, rule pages, the root of the URLs, the command line."""
