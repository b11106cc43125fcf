"""How the reader is made: data, model, training, measurement and export. Nothing under ``rag/``
imports this.
"""
