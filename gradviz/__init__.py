"""gradviz shows backpropagation running."""
