import subprocess


def main() -> None:
    subprocess.run(["git", "clone", "https://git.example/media.git"], check=True)
    subprocess.run(["ffmpeg", "-i", "media/in.mkv", "out.mp4"], check=True)


main()
