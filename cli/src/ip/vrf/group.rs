//! The processes of a VRF: they are in a control group of its own, `…/vrf/NAME`, whose sockets a BPF program binds to
//! the VRF's interface as they are made. The same groups as iproute2's: either tool sees the other's.

use crate::Ctx;
use crate::child::become_command;
use crate::ip::netns;
use crate::ip::nsref::Path;
use crate::ip::value::{plain, vrf_of};
use crate::lines::{each, word};
use crate::report::{Capability, Done, Fail, USAGE};
use crate::words::{Line, Words};
use core::ffi::CStr;
use nlbox_core::text::num;
use nlbox_sys::bpf;
use nlbox_sys::errno::Errno;
use nlbox_sys::fd::{CBuf, Dir, OFlags, mkdir, open, read_file, write_file};
use nlbox_sys::mount::{MountFlags, mount};

/// Room for the path of a group.
type Room = CBuf<1024>;

/// Where the groups are mounted when nobody has, by iproute2's custom.
const MOUNT: &CStr = c"/var/run/cgroup2";
/// `struct linux_dirent64`: a directory.
const DT_DIR: u8 = 4;
/// How deep groups are searched.
const DEPTH: u8 = 16;

/// Where the groups of version 2 are mounted, and whether they are.
fn mounted(at: &mut Room) -> Result<bool, Errno> {
    let mut found = false;
    each(c"/proc/mounts", &mut |line: &[u8]| {
        let mut rest = line;
        let [_, place, kind] = [word(&mut rest), word(&mut rest), word(&mut rest)];
        if !found && kind == Some(b"cgroup2") {
            found = at.join(&[place.unwrap_or(b"")]).is_ok();
        }
    })?;
    Ok(found)
}

/// The group of this process, without the parts that make it one of a VRF; whether it had any.
fn own(at: &mut Room) -> Result<bool, Errno> {
    let mut vrf = false;
    each(c"/proc/self/cgroup", &mut |line: &[u8]| {
        let Some(group) = line.strip_prefix(b"0::") else { return };
        let is_part =
            |n: &usize| matches!(group.get(*n..), Some([b'/', b'v', b'r', b'f', b'/', ..] | b"/vrf"));
        let end = (0..group.len()).find(is_part);
        let group = group.get(..end.unwrap_or(group.len())).unwrap_or(group);
        vrf = end.is_some();
        let _ = at.join(&[if group == b"/" { b"" } else { group }]);
    })?;
    Ok(vrf)
}

/// Puts this process into the group of the VRF `name`, with 0 for no interface into that of none.
fn enter(cx: &mut Ctx<'_>, name: &[u8], ifindex: u32) -> Done {
    let [mut top, mut group, mut base, mut path] = [const { Room::new() }; 4];
    let mut ns = Path::new();
    netns::own_name(cx, &mut ns)?;
    let done = (|| {
        if !mounted(&mut top)? {
            for dir in [c"/var", c"/var/run", MOUNT] {
                make(dir)?;
            }
            top.join(&[MOUNT.to_bytes()])?;
            mount(Some(c"none"), MOUNT, Some(c"cgroup2"), MountFlags::empty(), None)?;
        }
        own(&mut group)?;
        let (top, group, ns) =
            (top.as_cstr().to_bytes(), group.as_cstr().to_bytes(), ns.as_cstr().to_bytes());
        // In a namespace that has a name, groups have it too.
        let [slash, suffix]: [&[u8]; 2] = if ns.is_empty() { [b"", b""] } else { [b"/", b"-ns"] };
        let bare =
            group.strip_suffix(suffix).and_then(|g| g.strip_suffix(ns)).and_then(|g| g.strip_suffix(slash));
        let group = bare.unwrap_or(group);
        let base = base.join(&[top, group, slash, ns, suffix])?;
        make(base)?;
        let base = base.to_bytes();
        make(path.join(&[base, b"/vrf"])?)?;
        if ifindex != 0 {
            let at = path.join(&[base, b"/vrf/", name])?;
            make(at)?;
            let dir = open(at, OFlags::RDONLY | OFlags::DIRECTORY, 0)?;
            bpf::attach(&dir, &bpf::load_binder(ifindex)?)?;
        }
        let name = if ifindex == 0 { b"" } else { name };
        // 0 is who writes.
        write_file(path.join(&[base, b"/vrf/", name, b"/cgroup.procs"])?, b"0")
    })();
    done.map_err(|e: Errno| {
        cx.err.capability = Capability::SysAdmin;
        let _ = cx.err.failed("Cannot enter the control group of VRF \"%\"", name, e.0);
        USAGE
    })
}

fn make(dir: &CStr) -> Result<(), Errno> {
    match mkdir(dir, 0o755) {
        Err(Errno::EEXIST) => Ok(()),
        done => done,
    }
}

/// Leaves the VRF, if this process is in one: what it would be bound to is not in the namespace that it goes to.
pub fn leave(cx: &mut Ctx<'_>) -> Done {
    // Without /proc nobody entered one.
    match own(&mut Room::new()) {
        Ok(true) => enter(cx, b"", 0),
        _ => Ok(()),
    }
}

/// `exec NAME COMMAND...`: becomes the command; a line of a batch runs it as a child. NAME may be `default`.
pub(super) fn exec(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let Some(name) = line.next() else { return Err(plain(cx, "No VRF name specified")) };
    if line.is_over() {
        return Err(plain(cx, "No command specified"));
    }
    let ifindex = match name {
        b"default" => 0,
        _ => index(cx, name).map_err(|_| USAGE)?,
    };
    match line.words() {
        Words::Args(_) => Err(become_of(cx, name, ifindex, line)),
        Words::List(_) => netns::in_child(cx, &mut |cx| Err(become_of(cx, name, ifindex, line))),
    }
}

/// Comes back only when that failed.
fn become_of(cx: &mut Ctx<'_>, name: &[u8], ifindex: u32, line: &Line<'_>) -> Fail {
    if let Err(fail) = enter(cx, name, ifindex) {
        return fail;
    }
    cx.page.out.flush();
    let file = line.cstr(line.at()).map_or(&b""[..], CStr::to_bytes);
    let e = become_command(line);
    cx.err.failed("exec of \"%\" failed", file, e.0)
}

fn index(cx: &mut Ctx<'_>, name: &[u8]) -> Result<u32, Fail> {
    vrf_of(cx, name).map(|(index, _)| index).ok_or_else(|| plain(cx, "Invalid VRF name"))
}

/// `pids NAME`: the processes of a VRF and their names.
pub(super) fn pids(cx: &mut Ctx<'_>, line: &mut Line<'_>) -> Done {
    let Some(name) = line.next().filter(|_| line.is_over()) else {
        return Err(plain(cx, "Invalid arguments"));
    };
    index(cx, name)?;
    cx.page.out.open_document();
    let mut ns = Path::new();
    netns::own_name(cx, &mut ns)?;
    let mut top = Room::new();
    match mounted(&mut top) {
        Ok(true) => search(cx, top.as_cstr(), b"", &[name, ns.as_cstr().to_bytes()], DEPTH),
        // Nobody entered any.
        Ok(false) => {}
        Err(e) => return Err(cx.err.failed_as("Cannot read /proc/mounts", e.0)),
    }
    Ok(())
}

/// Lists the processes of all groups `vrf/NAME` below `at`, whose last part is `last`, that belong to the namespace.
/// A group that goes meanwhile has none.
fn search(cx: &mut Ctx<'_>, at: &CStr, last: &[u8], of: &[&[u8]; 2], depth: u8) {
    let [name, ns] = *of;
    let Ok(mut dir) = Dir::open(at) else { return };
    let mut buf = [0; 1024];
    while let Ok(Some(entries)) = dir.read(&mut buf) {
        for e in entries.filter(|e| e.kind == DT_DIR && !matches!(e.name, b"." | b"..")) {
            let mut path = Room::new();
            let own = match last.strip_suffix(b"-ns") {
                Some(place) => place == ns,
                None => ns.is_empty(),
            };
            if e.name == b"vrf" && own {
                if let Ok(file) = path.join(&[at.to_bytes(), b"/vrf/", name, b"/cgroup.procs"]) {
                    let _ = each(file, &mut |pid: &[u8]| process(cx, pid));
                }
            } else if let (Some(depth), Ok(below)) =
                (depth.checked_sub(1), path.join(&[at.to_bytes(), b"/", e.name]))
            {
                search(cx, below, e.name, of, depth);
            }
        }
    }
}

fn process(cx: &mut Ctx<'_>, pid: &[u8]) {
    let Some(number) = num::parse_u32(pid) else { return };
    let (mut path, mut comm) = (Path::new(), [0; 64]);
    let comm = path.join(&[b"/proc/", pid, b"/comm"]).and_then(|path| read_file(path, &mut comm));
    let out = &mut cx.page.out;
    out.open_record();
    out.spaces(5_usize.saturating_sub(pid.len()));
    out.num("pid|%", number.into());
    out.str("comm|  %\n", comm.unwrap_or(b"").trim_ascii_end());
    out.close_object();
}
