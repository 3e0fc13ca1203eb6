"""What a user can do that takes more than one store call. One layer under both APIs."""
