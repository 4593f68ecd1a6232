#!/bin/sh
# boot.sh DIRECTORY: systemd as the init of new namespaces, on a root of its own: this machine's below, its own writes, in memory, above.
# To be run as `unshare --mount --pid --net --uts --ipc --cgroup --fork`.
set -e
here=$1 root=$1/root
mount --make-rprivate /
mount -t tmpfs tmpfs "$here"
mkdir "$here/upper" "$here/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$here/upper,workdir=$here/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
  mkdir "$root/sys/fs/cgroup/systemd"
  mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
fi
for directory in dev run tmp; do mount -t tmpfs tmpfs "$root/$directory"; done
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s /proc/self/fd "$root/dev/fd"
echo node1 >"$root/etc/hostname"
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
# nothing of this machine's shows through, and nothing of it is started
rm -rf "$root"/etc/systemd/system/*.wants "$root"/var/lib/pacemaker/cib/* "$root/etc/corosync" "$root/usr/sbin/policy-rc.d"
rm -rf "$root/etc/vnfha" "$root/var/lib/vnfha" "$root/var/log/vnfha" "$root/var/log/journal"
mkdir "$root/etc/corosync"
ip link set lo up
ip link add eth0 type veth peer name peer0
ip address add 10.77.0.1/24 dev eth0
ip link set eth0 up
ip link set peer0 up
cd "$root"
pivot_root . mnt
umount -l /mnt
exec env -i PATH=/usr/sbin:/usr/bin container=vnfha /lib/systemd/systemd --unit=multi-user.target --show-status=no
