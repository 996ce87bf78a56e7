"""Who is calling: accounts, sessions, tokens and single sign-on, the same for all faces. They all end in an Actor."""
