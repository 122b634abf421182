export { cellRows } from './cells.js';
export { formatCells, resultsFrame } from './dataframe.js';
export { escapeHtml, html, Markup, type Content } from './html.js';
export type { CellRow } from './report.js';
export { drawWhenSeen } from './script.js';
export { writeReport, type WriteReportOptions, type WrittenReport } from './write-report.js';
