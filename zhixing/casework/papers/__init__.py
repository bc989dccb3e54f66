"""Papers (文书): Word templates, drafting, the states drafted → checked → signed → sealed → issued, print files (三(二)4)."""
