#!/usr/bin/python
"""Checks a bundle's signature and, on a host, unpacks it as a release."""

from __future__ import annotations

import ctypes
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile

DOCUMENTATION = r"""
module: holdfast_bundle
short_description: Checks and unpacks a bundle of Holdfast
description:
  - Believes nothing in a bundle before its Ed25519 signature was checked, by the libcrypto that
    Python itself uses. Needs no other program and no network.
options:
  bundle:
    description: The file, holdfast-VERSION-PLATFORM.tar.
    type: path
    required: true
  public_key:
    description: PEM file with the public key of whoever may release.
    type: path
    required: true
  version:
    description: The release that must be in it.
    type: str
    required: true
  platform:
    description: The platform that it must be for.
    type: str
    required: true
  releases:
    description: Folder that receives the release, under its version. Absent, it is only checked.
    type: path
author: Holdfast
"""

EXAMPLES = r"""
- name: Check a bundle on the controller
  holdfast_bundle:
    bundle: dist/holdfast-1.2.3-linux-x64.tar
    public_key: keys/release.pub
    version: 1.2.3
    platform: linux-x64
  delegate_to: localhost
"""

RETURN = r"""
manifest:
  description: What was signed.
  type: dict
  returned: success
"""

FILES = ["manifest.json", "manifest.sig", "payload.tar.gz"]
FORMAT = "holdfast-bundle-1"
BYTES_MAX = 1024 * 1024 * 1024
MANIFEST_MAX = 64 * 1024
ED25519 = 1087
# SubjectPublicKeyInfo of an Ed25519 key, before its 32 bytes.
SPKI = bytes.fromhex("302a300506032b6570032100")
MARK = ".manifest"


class Refused(Exception):
    """The bundle is not what it should be; says why."""


def public_key(path):
    """The 32 bytes of an Ed25519 key in PEM."""
    import base64

    with open(path, encoding="ascii") as file:
        lines = [line.strip() for line in file]
    if not lines or lines[0] != "-----BEGIN PUBLIC KEY-----":
        raise Refused(f"{path}: is no public key in PEM")
    der = base64.b64decode("".join(line for line in lines if line and not line.startswith("-")))
    if len(der) != len(SPKI) + 32 or not der.startswith(SPKI):
        raise Refused(f"{path}: is no Ed25519 key")
    return der[len(SPKI):]


def is_signed(key, message, signature):
    """Whether the signature is the key's, by OpenSSL 3 or 1.1.1."""
    for name in ("libcrypto.so.3", "libcrypto.so.1.1"):
        try:
            crypto = ctypes.CDLL(name)
            break
        except OSError:
            continue
    else:
        raise Refused("this machine has no libcrypto of OpenSSL 1.1.1 or later")
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    crypto.EVP_PKEY_new_raw_public_key.restype = pointer
    crypto.EVP_PKEY_new_raw_public_key.argtypes = [ctypes.c_int, pointer, ctypes.c_char_p, size]
    crypto.EVP_MD_CTX_new.restype = pointer
    crypto.EVP_MD_CTX_free.argtypes = [pointer]
    crypto.EVP_PKEY_free.argtypes = [pointer]
    crypto.EVP_DigestVerifyInit.argtypes = [pointer] * 5
    crypto.EVP_DigestVerify.argtypes = [pointer, ctypes.c_char_p, size, ctypes.c_char_p, size]
    handle = crypto.EVP_PKEY_new_raw_public_key(ED25519, None, key, len(key))
    context = crypto.EVP_MD_CTX_new()
    try:
        if not handle or not context:
            return False
        if crypto.EVP_DigestVerifyInit(context, None, None, None, handle) != 1:
            return False
        verdict = crypto.EVP_DigestVerify(
            context, signature, len(signature), message, len(message)
        )
        return len(signature) == 64 and verdict == 1
    finally:
        crypto.EVP_MD_CTX_free(context)
        crypto.EVP_PKEY_free(handle)


def parts_of(path):
    """The three files of a bundle, as they stand in it."""
    if os.path.getsize(path) > BYTES_MAX:
        raise Refused(f"{path}: is more than {BYTES_MAX} bytes")
    try:
        with tarfile.open(path, "r:") as outer:
            members = outer.getmembers()
            if [member.name for member in members] != FILES:
                raise Refused(f"{path}: must hold {', '.join(FILES)} and no more")
            if not all(member.isreg() for member in members) or members[0].size > MANIFEST_MAX:
                raise Refused(f"{path}: is no bundle")
            return [outer.extractfile(member).read() for member in members]
    except tarfile.TarError as error:
        raise Refused(f"{path}: is no bundle: {error}") from error


def opened(params):
    """What is signed, and the payload that it is about."""
    path = params["bundle"]
    signed, signature, payload = parts_of(path)
    if not is_signed(public_key(params["public_key"]), signed, signature):
        raise Refused(f"{path}: is not signed with {params['public_key']}")
    manifest = json.loads(signed)
    wanted = {"format": FORMAT, "name": "holdfast"}
    wanted.update({name: params[name] for name in ("version", "platform")})
    for name, value in wanted.items():
        if manifest.get(name) != value:
            raise Refused(f"{path}: {name} is {manifest.get(name)}, must be {value}")
    if len(payload) != manifest["bytes"]:
        raise Refused(f"{path}: the payload is not the one that was signed")
    if hashlib.sha256(payload).hexdigest() != manifest["sha256"]:
        raise Refused(f"{path}: the payload is not the one that was signed")
    return manifest, payload


def unpack(payload, folder):
    """Files only, none outside of the folder, owned by root."""
    with tarfile.open(fileobj=io.BytesIO(payload), mode="r:gz") as inner:
        for member in inner:
            names = member.name.split("/")
            if not member.isreg() or any(name in ("", ".", "..") for name in names):
                raise Refused(f"{member.name}: may not be in a payload")
            target = os.path.join(folder, member.name)
            os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
            with open(target, "wb") as file:
                shutil.copyfileobj(inner.extractfile(member), file)
            os.chmod(target, 0o755 if member.mode & 0o100 else 0o644)


def is_whole(folder):
    """Whether every file has the sum that was written down when it was made."""
    with open(os.path.join(folder, "SHA256SUMS"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    for line in lines:
        wanted, path = line.split("  ", 1)
        try:
            with open(os.path.join(folder, path), "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != wanted:
                    return False
        except OSError:
            return False
    return bool(lines)


def install(module, manifest, payload):
    """Puts the release into its folder, whole or not at all. True if it was not there."""
    releases = module.params["releases"]
    target = os.path.join(releases, manifest["version"])
    mark = os.path.join(target, MARK)
    try:
        with open(mark, encoding="ascii") as file:
            if file.read().strip() != manifest["sha256"]:
                raise Refused(f"{target}: is another release of this version; give it a new one")
        if is_whole(target):
            return False
    except OSError:
        pass
    if module.check_mode:
        return True
    os.umask(0o022)
    scratch = tempfile.mkdtemp(prefix=".new-", dir=releases)
    try:
        unpack(payload, scratch)
        if not is_whole(scratch):
            raise Refused("a file differs from its sum")
        with open(os.path.join(scratch, MARK), "w", encoding="ascii") as file:
            file.write(manifest["sha256"] + "\n")
        os.chmod(scratch, 0o755)
        os.sync()
        if os.path.exists(target):
            os.rename(target, tempfile.mkdtemp(prefix=".old-", dir=releases) + "/release")
        os.rename(scratch, target)
        os.sync()
    finally:
        for name in os.listdir(releases):
            if name.startswith((".new-", ".old-")):
                shutil.rmtree(os.path.join(releases, name), ignore_errors=True)
    return True


def main():
    """Entry point of the module."""
    from ansible.module_utils.basic import AnsibleModule

    module = AnsibleModule(
        argument_spec={
            "bundle": {"type": "path", "required": True},
            "public_key": {"type": "path", "required": True, "no_log": False},
            "version": {"type": "str", "required": True},
            "platform": {"type": "str", "required": True},
            "releases": {"type": "path"},
        },
        supports_check_mode=True,
    )
    try:
        manifest, payload = opened(module.params)
        releases = module.params["releases"]
        changed = install(module, manifest, payload) if releases else False
    except (Refused, OSError, ValueError, KeyError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=changed, manifest=manifest)


if __name__ == "__main__":
    main()
