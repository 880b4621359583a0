#!/bin/sh
# boot.sh ETC REPORT
# Boots systemd, on a machine of its own whose only network device is e0 and whose /etc is the folder ETC, up to
# multi-user.target; there the program REPORT runs, and its standard output is this one's. Then the machine goes off.
set -eu
etc=$1
units=$etc/systemd/system
mkdir -p "$units/sysinit.target.wants" "$units/multi-user.target.wants"
: >"$etc/fstab"
echo 'root:x:0:0:root:/root:/bin/sh' >"$etc/passwd"
echo 'root:x:0:' >"$etc/group"
echo '0123456789abcdef0123456789abcdef' >"$etc/machine-id"
# Not needed here, and slow.
for unit in systemd-logind.service dbus.service dbus.socket console-getty.service getty.target e2scrub_reap.service \
  systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket systemd-journal-flush.service \
  systemd-sysusers.service systemd-tmpfiles-setup.service systemd-update-utmp.service ipvsadm.service; do
  ln -sf /dev/null "$units/$unit"
done
cat >"$units/network.service" <<'UNIT'
[Unit]
DefaultDependencies=no
Before=systemd-sysctl.service network-online.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip link set lo up; ip link add e0 type dummy; ip link set e0 up; ip addr add 10.0.0.10/24 dev e0'
UNIT
cat >"$units/report.service" <<UNIT
[Unit]
After=multi-user.target
[Service]
Type=oneshot
StandardOutput=file:$etc/report
ExecStart=-$2
ExecStartPost=/bin/systemctl poweroff --force
UNIT
ln -sf ../network.service "$units/sysinit.target.wants/"
ln -sf ../report.service "$units/multi-user.target.wants/"
: >"$etc/report"

# The record of what was changed is on a tmpfs: it is gone with the machine. Its init ends by a signal.
unshare --fork --pid --mount --net --mount-proc --kill-child sh -c '
  mount -t tmpfs none /run && mkdir /run/lock && mount -t tmpfs none /var && mount --bind "$1" /etc &&
  exec env container=test SYSTEMD_LOG_TARGET=kmsg /lib/systemd/systemd --unit=multi-user.target' sh "$etc" </dev/null || true
cat "$etc/report"
