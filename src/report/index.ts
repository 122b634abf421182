export { cellRows } from './cells.js';
export { collectReport } from './collect.js';
export { formatCells, resultsFrame } from './dataframe.js';
export { drawnImage, imageFigures } from './image-figures.js';
export { escapeHtml, html, Markup, type Content } from './html.js';
export { overviewFigures, type CellRow, type Report, type ReportFigure } from './report.js';
export { modelFigures, runFigures } from './run-figures.js';
export { drawWhenSeen } from './script.js';
export { writeReport, type WriteReportOptions, type WrittenReport } from './write-report.js';
