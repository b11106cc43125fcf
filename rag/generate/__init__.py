"""Passages to a written answer by a language model. LangChain is known to this room alone.

So far it holds the door through which LangChain programs reach the passages.
"""
