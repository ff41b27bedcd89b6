/**
 * The camera as a scanner: the whole screen, a frame, and the first code that it sees. Loaded only when somebody
 * opens it.
 */
import { reasonOf, useTexts } from '@unison/ui-kit';
import { useEffect, useRef, useState } from 'react';
import './camera.css';
import { decode } from './decode';

const BY_HAND_AFTER_MS = 30_000;
/** Between two looks at the picture; a look takes some ten milliseconds on a tablet. */
const LOOK_EVERY_MS = 120;
/** Pictures are made smaller for the reader: more pixels cost time and find no more. */
const WIDTH_MAX = 1280;

interface Props {
  onCode: (code: string) => void;
  onCancel: () => void;
  onByHand: () => void;
}

function success(): void {
  // Not every browser has it.
  (navigator.vibrate as ((ms: number) => boolean) | undefined)?.call(navigator, 80);
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  tone.frequency.value = 1_800;
  tone.connect(audio.destination);
  tone.onended = () => void audio.close();
  tone.start();
  tone.stop(audio.currentTime + 0.09);
}

function look(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData | null {
  if (video.videoWidth === 0) return null;
  const scale = Math.min(1, WIDTH_MAX / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

export default function CameraScan({ onCode, onCancel, onByHand }: Props) {
  const { t } = useTexts();
  const video = useRef<HTMLVideoElement>(null);
  const track = useRef<MediaStreamTrack | null>(null);
  const code = useRef(onCode);
  const [problem, setProblem] = useState<string | null>(null);
  const [hasTorch, setHasTorch] = useState(false);
  const [torch, setTorch] = useState(false);
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    code.current = onCode;
  });
  useEffect(() => {
    let open = true;
    let stream: MediaStream | null = null;
    const canvas = document.createElement('canvas');
    const run = async (): Promise<void> => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1920 } }, audio: false });
      const element = video.current;
      if (!open || !element) return stop();
      track.current = stream.getVideoTracks()[0] ?? null;
      setHasTorch('torch' in (track.current?.getCapabilities?.() ?? {}));
      element.srcObject = stream;
      await element.play();
      while (open) {
        const picture = look(element, canvas);
        const found = picture ? await decode(picture) : null;
        if (found !== null && open) {
          success();
          return code.current(found);
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    };
    const stop = (): void => stream?.getTracks().forEach((each) => each.stop());
    run().catch((error: unknown) => open && setProblem(reasonOf(error)));
    const byHand = setTimeout(() => setLong(true), BY_HAND_AFTER_MS);
    return () => {
      open = false;
      clearTimeout(byHand);
      stop();
    };
  }, []);
  const light = (): void => {
    const wanted = !torch;
    track.current?.applyConstraints({ advanced: [{ torch: wanted } as MediaTrackConstraintSet] }).then(() => setTorch(wanted), (error: unknown) => setProblem(reasonOf(error)));
  };
  return (
    <div className="camera" role="dialog" aria-modal="true" aria-label={t('scan.camera')} data-testid="camera">
      <video ref={video} muted playsInline />
      <div className="camera-frame" />
      <button type="button" className="camera-cancel" autoFocus onClick={onCancel}>{t('common.cancel')}</button>
      {hasTorch && <button type="button" className="camera-torch" aria-pressed={torch} onClick={light}>{t('scan.torch')}</button>}
      <div className="camera-words">
        <p role="status">{problem === null ? t('scan.align') : t('scan.noCamera', { reason: problem })}</p>
        {(isLong || problem !== null) && <button type="button" onClick={onByHand}>{t('scan.byHand')}</button>}
      </div>
    </div>
  );
}
