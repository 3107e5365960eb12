"""Search for the cells of the action network: ENAS, Pham et al. 2018, arXiv 1802.03268."""
