"""What complainants say and are asked: letters, satisfaction, withdrawal, writing again."""
