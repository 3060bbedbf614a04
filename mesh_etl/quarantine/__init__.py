"""What becomes of refused rows: they are looked at, counted, read again, and removed when their time is over."""
