"""What large rpms weigh as they are downloaded, in megabytes.

From rpms.lock.yaml files of public repositories (Fedora 43, RHEL and UBI 9 and 10; November 2026): the 1,068
names that they hold for x86_64, of which these have at least 1.5 MB.
"""

from __future__ import annotations

from collections.abc import Mapping

_TABLE = """
ShellCheck 3.3;adwaita-icon-theme-legacy 2.6;amd-gpu-firmware 28.1;atheros-firmware 47.5;
awscli2 16.1;bash 1.9;bat 2.9;binutils 6.2;bootc 5.8;brcmfmac-firmware 10.1;buildah 10.3;
butane 2.9;cargo 9.1;cirrus-audio-firmware 3.1;coreos-installer 3.4;cpp 13.6;cracklib-dicts 3.8;
edk2-aarch64 11.1;edk2-ovmf 19.0;exiv2 2.1;filesystem 5.0;gcc 41.7;gcc-c++ 13.5;gdb-minimal 4.7;
geolite2-city 23.7;geolite2-country 1.7;git-core 5.6;git-core-doc 3.3;glibc 2.2;
glibc-gconv-extra 1.8;glycin-libs 1.6;glycin-loaders 2.9;golang-bin 18.7;golang-src 14.4;
grub2-efi-x64 2.2;grub2-tools 1.9;gstreamer1 1.7;gstreamer1-plugins-base 2.4;gtk3 6.2;
guestfs-tools 4.8;hwdata 1.8;ignition-validate 1.8;intel-audio-firmware 3.4;intel-gpu-firmware 12.6;
intel-mediasdk 2.8;intel-vpl-gpu-rt 4.0;ipxe-roms-qemu 1.8;iso-codes 3.9;kbd-misc 1.7;
kernel-core 21.4;kernel-headers 2.9;kernel-modules 106.1;kernel-modules-core 78.3;libaom 1.9;
libavcodec-free 4.4;libguestfs-appliance 3.4;libicu 11.2;librados2 4.5;librbd1 3.9;librsvg2 2.0;
libstdc++-devel 2.5;libvirt-libs 5.6;linux-firmware 52.2;llvm-libs 36.6;lpcnetfreedv 7.7;lvm2 1.6;
mercurial 7.2;mesa-dri-drivers 13.4;mesa-vulkan-drivers 26.0;mt7xxx-firmware 32.1;netavark 3.1;
nvidia-gpu-firmware 104.1;nxpwireless-firmware 1.6;openssl 1.6;openssl-devel 5.0;perl-Encode 1.8;
perl-libs 2.7;pipewire-libs 2.6;podman 15.7;podman-sequoia 2.5;poppler-data 2.1;postgresql 2.1;
python3-botocore 9.3;python3-cryptography 1.7;python3-libs 10.4;python3-policycoreutils 2.3;
python3-pygments 2.8;python3-pytest 2.3;python3-setuptools 2.2;python3-twisted 7.3;
python3.12-libs 10.2;python3.12-pip 3.4;python3.12-pip-wheel 1.5;python3.12-setuptools 1.7;
qemu-img 2.7;qemu-system-aarch64-core 5.6;qemu-system-ppc-core 9.4;qemu-system-s390x-core 3.4;
qemu-system-x86-core 9.1;qemu-user-static-aarch64 2.9;qemu-user-static-arm 2.3;
qemu-user-static-hexagon 1.9;qemu-user-static-hppa 1.5;qemu-user-static-loongarch64 1.6;
qemu-user-static-m68k 1.6;qemu-user-static-microblaze 1.8;qemu-user-static-mips 4.3;
qemu-user-static-ppc 2.8;qemu-user-static-riscv 2.3;qemu-user-static-s390x 1.6;
qemu-user-static-sh4 1.8;qemu-user-static-sparc 2.3;qemu-user-static-x86 2.2;
qemu-user-static-xtensa 2.5;realtek-firmware 6.1;rpm-ostree 4.8;rust 31.5;rust-std-static 43.0;
samba-client-libs 5.9;selinux-policy-targeted 7.2;skopeo 8.0;spirv-tools-libs 1.8;strace 1.7;
subversion-libs 1.6;svt-av1-libs 2.1;systemd 4.4;systemd-shared 1.9;systemd-udev 2.7;thrift 1.9;
tiwilink-firmware 4.9;util-linux 2.4
"""


def _read() -> Mapping[str, int]:
    entries = (entry.split() for entry in _TABLE.replace("\n", "").split(";"))
    return {name: int(float(megabytes) * 1_000_000) for name, megabytes in entries}


DOWNLOADS = _read()
"""Name to bytes."""
