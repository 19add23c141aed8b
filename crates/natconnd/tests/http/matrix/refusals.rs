//! Refusals that are about the request, whatever its caller may do.
