"""The online inquiry desk (网络查控): 总对总 and 点对点, feedback, online freezes (三(二)5–6)."""
