"""Zhixing (执行): the enforcement command centre of a people's court as software."""
