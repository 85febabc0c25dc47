"""Database migrations, numbered; `HEAD` names the newest, so that two branches collide in git and not in production."""
