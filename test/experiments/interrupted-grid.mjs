// Runs jobs from a file with the package as it was built; the test kills this process.
import { readFileSync } from 'node:fs';

const [, , runJobsModule, job] = process.argv;
const { runJobs } = await import(runJobsModule);
const { jobs, options } = JSON.parse(readFileSync(job, 'utf8'));
await runJobs(jobs, { ...options, onProgress: ({ imagesDone }) => { console.log(imagesDone); } });
