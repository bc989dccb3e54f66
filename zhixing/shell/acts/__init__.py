"""Doing things: any act of the regulation as a form, one by one or many at once; files handed on; papers; approvals."""
