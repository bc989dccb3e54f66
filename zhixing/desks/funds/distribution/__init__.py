"""Money shared among creditors, set aside, given back, or claimed by nobody (二(四)1(5), 四(三)2(2), 四(四)3(3))."""
