"""A believable court, all of it fictitious and visibly so: people with stems and branches for names, born 1880–1899."""
