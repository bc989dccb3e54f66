"""The offline desk (线下查控和送达): the delivery ladder, field days, traditional search (三(三))."""
