"""Human3.6M (Ionescu et al. 2014) in its two common file layouts.

The data need a licence from their authors and are not part of this package.
"""
