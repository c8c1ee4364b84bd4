console.error('shootdown: this version has no commands yet');
process.exitCode = 69;

export {};
