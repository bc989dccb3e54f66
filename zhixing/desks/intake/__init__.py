"""The window (立案接待): first reception, rights and risks, the gate, handing over (三(一))."""
