"""The dossier (卷宗): scans looked into before they are kept, volumes, what is missing (四(二)5, trust T11)."""
