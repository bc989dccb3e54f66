"""The paper desk (文书制作): formatted papers drafted, checked, sealed and printed in batches (三(二)1–4)."""
