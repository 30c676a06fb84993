/** The engine's sentences in Chinese; brought along only where Chinese is read. */
import phrases from './phrases.zh.json';
import sentences from './sentences.zh.json';
import texts from './texts.zh.json';
import { translator } from './translate';

export const translate = translator({ sentences, phrases, texts });
