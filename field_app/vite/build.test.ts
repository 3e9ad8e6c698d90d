import { expect, test } from 'vitest';
import { type BuiltFile, revisionOf } from './files.ts';
import { reachedFiles } from './first-download.ts';
import { precacheList } from './precache.ts';

const file = (path: string, text = path): BuiltFile => ({ path, bytes: Buffer.from(text) });

test('the worker holds every file once, pages by the address they are served at', () => {
  const files = [
    file('assets/a-1.js'),
    file('assets/a-1.js.map'),
    file('index.html'),
    file('office/index.html'),
    file('sw.js'),
  ];
  const list = precacheList(files, { 'index.html': '/', 'office/index.html': '/office/' });
  expect(list).toEqual([
    { url: '/assets/a-1.js', revision: null },
    { url: '/', revision: revisionOf(Buffer.from('index.html')) },
    { url: '/office/', revision: revisionOf(Buffer.from('office/index.html')) },
  ]);
});

test('a build without one of its pages is refused', () => {
  expect(() => precacheList([file('index.html')], { 'office/index.html': '/office/' })).toThrow(
    'office/index.html',
  );
});

test('the first download follows static imports and leaves out what is imported later', () => {
  const html = '<link href="/assets/m.css"><script src="/assets/m.js"></script>';
  const texts = new Map([
    ['assets/m.css', ''],
    ['assets/m.js', 'import{a}from"./shared.js";import"./side.js";const b=()=>import("./later.js");'],
    ['assets/shared.js', 'export*from"./deep.js"'],
    ['assets/side.js', ''],
    ['assets/deep.js', ''],
    ['assets/later.js', ''],
  ]);
  expect(reachedFiles(html, texts)).toEqual([
    'assets/deep.js',
    'assets/m.css',
    'assets/m.js',
    'assets/shared.js',
    'assets/side.js',
  ]);
});

test('a page that names a file which was not built is an error', () => {
  expect(() => reachedFiles('<script src="/assets/gone.js"></script>', new Map())).toThrow('assets/gone.js');
});
