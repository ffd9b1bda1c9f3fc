"""What is judged: one module of checks per homework, named like it."""
