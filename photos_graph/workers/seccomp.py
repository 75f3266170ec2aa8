"""A filter of system calls (seccomp) for workers: they compute, read what is open, and may do little else.

The filter is a list of what is refused. A list of what is allowed would have to foresee every call of TensorFlow, of a
decoder, and of their next versions, and each mistake in it would end the worker.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

_CLONE_THREAD = 0x10000
_WRITING = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# TIOCSTI and TIOCLINUX put characters into a terminal; FIOSETOWN and SIOCSPGRP have signals sent to others, and so have
_IOCTLS = (0x5412, 0x541C, 0x8901, 0x8902)
_FCNTLS = (8, 10, 15)  # F_SETOWN, F_SETSIG and F_SETOWN_EX
_PR_SET_PDEATHSIG = 1

_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000  # SECCOMP_RET_...; the lowest bits of the second: errno
_SET_FILTER, _ACTION_AVAILABLE = 1, 2
_ALL_THREADS, _AS_FAST = 1, 4  # without the second, kernels before 5.16 slow the process down against Spectre
_LAST_KNOWN = 450  # newer calls are answered as by an older kernel, so that nothing slips through

# Numbers on x86-64, and on arm64 and every architecture since; None where there is no such call.
_X86, _GENERIC = 0, 1
_SYSTEMS = {"x86_64": (0xC000003E, _X86, 317), "aarch64": (0xC00000B7, _GENERIC, 277)}
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "bind": (49, 200),
    "connect": (42, 203),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "tkill": (200, 130),
    "creat": (85, None),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "truncate": (76, 45),
    "ftruncate": (77, 46),
    "fallocate": (285, 47),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "personality": (135, 92),
    "vhangup": (153, 58),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "semctl": (66, 191),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184),
    "mq_getsetattr": (245, 185),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
    "setuid": (105, 146),
    "setgid": (106, 144),
    "setreuid": (113, 145),
    "setregid": (114, 143),
    "setresuid": (117, 147),
    "setresgid": (119, 149),
    "setgroups": (116, 159),
    "setfsuid": (122, 151),
    "setfsgid": (123, 152),
    "capset": (126, 91),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "setrlimit": (160, 164),
}
_PARTLY: dict[str, tuple[int | None, int | None]] = {
    "open": (2, None),
    "openat": (257, 56),
    "clone": (56, 220),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
    "prctl": (157, 167),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "clone3": (435, 435),
    "openat2": (437, 437),
}

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06  # BPF_...
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def is_available() -> bool:
    """Returns whether the kernel has seccomp, and whether the numbers of its calls are known here."""
    if sys.platform != "linux" or platform.machine() not in _SYSTEMS:
        return False
    action = ctypes.c_uint32(_REFUSE)
    return _seccomp(_ACTION_AVAILABLE, 0, ctypes.byref(action)) == 0


def restrict() -> None:
    """Refuses to this process, in all its threads, what workers do not need. Raises OSError.

    The process must have given up new privileges first.
    """
    program = b"".join(struct.pack("=HBBI", *each) for each in _program(os.getpid()))
    code = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    if _seccomp(_SET_FILTER, _ALL_THREADS | _AS_FAST, described) != 0:
        failed = ctypes.get_errno() or errno.EPERM  # a thread that has a filter of its own has no errno
        raise OSError(failed, os.strerror(failed))


def _program(pid: int) -> list[Instruction]:
    architecture, column, _ = _SYSTEMS[platform.machine()]
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    partly = {name: numbers[column] for name, numbers in _PARTLY.items()}
    conditions: dict[str, list[Instruction]] = {
        "open": _if_any_bit(1, _WRITING),
        "openat": _if_any_bit(2, _WRITING),
        "clone": _unless_any_bit(0, _CLONE_THREAD),
        "kill": _unless_equal(0, pid),
        "tgkill": _unless_equal(0, pid),
        "prlimit64": [*_unless_equal(2, 0), *_unless_equal(2, 0, upper=True)],  # limits may be asked for
        "prctl": _if_equal(0, _PR_SET_PDEATHSIG),
        "ioctl": [each for request in _IOCTLS for each in _if_equal(1, request)],
        "fcntl": [each for command in _FCNTLS for each in _if_equal(1, command)],
    }
    for name, condition in conditions.items():
        if (number := partly[name]) is not None:
            body = [*condition, _allow()]
            program += [(_EQUAL, 0, len(body), number), *body]
    # These two have flags where a filter cannot see them. Programs do without, as on an older kernel.
    for name in ("clone3", "openat2"):
        program += [(_EQUAL, 0, 1, partly[name] or 0), _refuse(errno.ENOSYS)]
    for numbers in _REFUSED.values():
        if (number := numbers[column]) is not None:
            program += [(_EQUAL, 0, 1, number), _refuse(errno.EPERM)]
    return [*program, (_GREATER, 0, 1, _LAST_KNOWN), _refuse(errno.ENOSYS), _allow()]


def _allow() -> Instruction:
    return _RETURN, 0, 0, _ALLOW


def _refuse(error: int) -> Instruction:
    return _RETURN, 0, 0, _REFUSE | error


def _argument(number: int, *, upper: bool = False) -> Instruction:
    """Loads the lower half of an argument, which is all of it for descriptors, flags and process ids."""
    return _LOAD, 0, 0, _ARGUMENTS + 8 * number + 4 * upper


def _if_any_bit(argument: int, bits: int) -> list[Instruction]:
    return [_argument(argument), (_ANY_BIT, 0, 1, bits), _refuse(errno.EPERM)]


def _unless_any_bit(argument: int, bits: int) -> list[Instruction]:
    return [_argument(argument), (_ANY_BIT, 1, 0, bits), _refuse(errno.EPERM)]


def _if_equal(argument: int, value: int) -> list[Instruction]:
    return [_argument(argument), (_EQUAL, 0, 1, value), _refuse(errno.EPERM)]


def _unless_equal(argument: int, value: int, *, upper: bool = False) -> list[Instruction]:
    return [_argument(argument, upper=upper), (_EQUAL, 1, 0, value), _refuse(errno.EPERM)]


def _seccomp(operation: int, flags: int, argument: object) -> int:
    function = ctypes.CDLL(None, use_errno=True).syscall
    function.restype = ctypes.c_long
    number = _SYSTEMS[platform.machine()][2]
    return int(function(ctypes.c_long(number), ctypes.c_uint(operation), ctypes.c_uint(flags), argument))
