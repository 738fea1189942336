/** What is published names no package that is not. Used by scripts/check-pack.ts, whose tarball is the one to publish. */
module.exports = {
  hooks: {
    beforePacking({ devDependencies: _, scripts: __, ...manifest }) {
      return manifest;
    },
  },
};
