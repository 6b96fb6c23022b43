"""What a person sees and clicks: Qt, and the one worker thread."""
