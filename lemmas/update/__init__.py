"""Adam's update: the magnitude u_t, its bounds, and the sign form."""
